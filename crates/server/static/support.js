// Warns while somebody writes to support what the server would mask (core/src/ticket/mask.rs): runs of digits as codes,
// documents and cards have. The server decides; this only says so sooner, and puts ready answers in.

// Six digits and more, with single spaces or dashes between them; no amounts, dates or times.
const RUN = /(?<![\p{L}\p{N}_.,:/])\p{Nd}(?:[ \u00a0-]?\p{Nd}){5,}(?![\p{L}\p{N}_]|[.,:/]\p{Nd})/gu;
const DATE = /^(?:(?:19|20)\d\d-\d\d?-\d\d?|\d\d?-\d\d?-(?:19|20)\d\d)$/;

// The text without what looks like a code.
export function masked(text) {
  return text.replace(RUN, (run) => (DATE.test(run) ? run : '•••'));
}

export function support(page = document) {
  const field = page.querySelector('textarea[data-mask]');
  const warning = page.querySelector('[data-mask-warning]');
  const look = () => { warning.hidden = masked(field.value) === field.value; };
  field.addEventListener('input', look);
  page.querySelector('[data-mask-now]').addEventListener('click', () => {
    field.value = masked(field.value);
    look();
    field.focus();
  });
  const canned = page.querySelector('[data-canned]');
  page.querySelector('[data-canned-insert]')?.addEventListener('click', (event) => {
    event.preventDefault();
    const { text } = canned.selectedOptions[0].dataset;
    if (text) field.value = field.value.trim() ? `${field.value.trimEnd()}\n\n${text}` : text;
    look();
    field.focus();
  });
  look();
}
