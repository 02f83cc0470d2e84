// Operators go through cases by keys: j and k walk, a and r choose, nothing is sent by a key alone.
export function decideByKeys(form) {
  const stops = [...form.querySelectorAll('input, select, textarea, button:not([hidden])')];
  document.addEventListener('keydown', (event) => {
    const typing = event.target.matches('textarea, select, input:not([type="checkbox"], [type="radio"])');
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const at = stops.indexOf(document.activeElement);
    if (event.key === 'j') stops[Math.min(at + 1, stops.length - 1)].focus();
    else if (event.key === 'k') stops[Math.max(at - 1, 0)].focus();
    else if (event.key === 'a' || event.key === 'r') {
      const verdict = form.elements.verdict[event.key === 'a' ? 0 : 1];
      verdict.checked = true;
      verdict.focus();
    } else return;
    event.preventDefault();
  });
}
