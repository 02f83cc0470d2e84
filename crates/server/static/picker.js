// The select of countries becomes a combobox (ARIA 1.2, list autocomplete) that finds "66", "+66", "TH",
// "thai" and "ไทย". The select stays in the form and carries the value; its options' data attributes are what
// is searched.

import { all, asciiDigits, fill, one, say } from './app.js';

const NO_MATCH = 9;
const fold = (text) => text.normalize('NFD').replace(/[\u0300-\u036f]/g, '').toLowerCase().trim();

const element = (name, traits, properties) => {
  const made = Object.assign(document.createElement(name), properties);
  for (const [trait, value] of Object.entries(traits)) made.setAttribute(trait, value);
  return made;
};

// How well a country answers a query: lower is better, so that "66" gives Thailand before any other.
function rank({ code, dial, called }, query) {
  const digits = query.replace(/^(\+|00)/, '');
  if (/^\d+$/.test(digits)) return dial === digits ? 0 : dial.startsWith(digits) ? 1 : NO_MATCH;
  if (code === query || called.includes(query)) return 0;
  if (called.some((name) => name.startsWith(query))) return 1;
  if (called.some((name) => name.split(/[\s(-]/).some((word) => word.startsWith(query)))) return 2;
  return called.some((name) => name.includes(query)) ? 3 : NO_MATCH;
}

function countries(select) {
  const inPageLanguage = new Intl.DisplayNames(
    [document.documentElement.lang], { type: 'region', fallback: 'none' });
  return all('option[value]:not([value=""])', select).map((option, index) => {
    const { name, own, dial, why } = option.dataset;
    const row = element('li', { role: 'option', id: `region-${option.value}` });
    if (option.disabled) row.setAttribute('aria-disabled', 'true');
    const parts = [name, own && own !== name ? `(${own})` : '', why ? `– ${why}` : '', `+${dial}`];
    row.append(...parts.filter(Boolean).map((textContent) => element('bdi', {}, { textContent })));
    const called = [name, own, inPageLanguage.of(option.value) || ''].filter(Boolean).map(fold);
    return { option, row, index, dial, called, code: option.value.toLowerCase() };
  });
}

class Picker {
  constructor(select) {
    this.select = select;
    this.words = select.dataset;
    this.rows = countries(select);
    this.matches = [];
    this.active = null;
    this.box = element('div', { class: 'picker' });
    this.list = element('ul', { role: 'listbox', id: 'region-list', hidden: '' });
    this.list.setAttribute('aria-label', one(`label[for="${select.id}"]`).textContent);
    this.leave = element('button', { type: 'button' }, { textContent: this.words.close });
    this.field = element('input', {
      type: 'text', id: select.id, autocomplete: 'off', spellcheck: 'false', placeholder: this.words.search,
      role: 'combobox', 'aria-expanded': 'false', 'aria-controls': 'region-list', 'aria-autocomplete': 'list',
    });
    for (const name of ['aria-describedby', 'aria-invalid', 'autofocus']) {
      if (select.hasAttribute(name)) this.field.setAttribute(name, select.getAttribute(name));
    }
    this.takePlace();
    this.listen();
  }

  takePlace() {
    const focused = document.activeElement === this.select;
    this.select.id += '-value';
    this.select.hidden = true;
    this.select.removeAttribute('autofocus');
    this.select.after(this.box);
    this.box.append(this.field, this.leave, this.list);
    this.show();
    if (focused) this.field.focus();
  }

  listen() {
    const { field, list, box } = this;
    field.addEventListener('input', () => {
      if (!field.value) this.select.value = '';
      this.open(fold(asciiDigits(field.value)));
    });
    field.addEventListener('click', () => {
      if (!list.hidden) return;
      field.select();
      this.open('');
    });
    field.addEventListener('keydown', (event) => this.key(event));
    // Focus stays in the field while the pointer is on the list.
    list.addEventListener('pointerdown', (event) => event.preventDefault());
    list.addEventListener('click', (event) => {
      this.choose(this.rows.find(({ row }) => row.contains(event.target)));
    });
    this.leave.addEventListener('click', () => {
      this.close();
      field.focus();
    });
    box.addEventListener('focusout', (event) => { if (!box.contains(event.relatedTarget)) this.close(); });
  }

  key(event) {
    const closed = this.list.hidden;
    if (event.key === 'Tab' && !closed) this.choose(this.active);
    const act = {
      ArrowDown: () => this.step(1),
      ArrowUp: () => this.step(-1),
      Enter: closed ? null : () => this.choose(this.active),
      Escape: closed ? null : () => this.close(),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  open(query) {
    this.list.hidden = false;
    this.box.classList.add('open');
    this.field.setAttribute('aria-expanded', 'true');
    this.matches = this.rows
      .map((found) => ({ found, place: query ? rank(found, query) : 0 }))
      .filter(({ place }) => place < NO_MATCH)
      .sort((left, right) => left.place - right.place || left.found.index - right.found.index)
      .map(({ found }) => found);
    for (const { row, option } of this.rows) row.setAttribute('aria-selected', String(option.selected));
    this.list.replaceChildren(...this.matches.map(({ row }) => row));
    this.activate(this.matches.find(({ option }) => (query ? !option.disabled : option.selected)));
    if (query) say(this.matches.length ? fill(this.words.found, this.matches.length) : this.words.none);
  }

  close() {
    this.list.hidden = true;
    this.box.classList.remove('open');
    this.field.setAttribute('aria-expanded', 'false');
    this.activate(null);
    this.show();
  }

  show() {
    const { value, dataset } = this.select.selectedOptions[0] || {};
    this.field.value = value ? `${dataset.name} +${dataset.dial}` : '';
  }

  activate(found) {
    this.active?.row.classList.remove('active');
    this.active = found || null;
    if (!found) return this.field.removeAttribute('aria-activedescendant');
    found.row.classList.add('active');
    found.row.scrollIntoView({ block: 'nearest' });
    this.field.setAttribute('aria-activedescendant', found.row.id);
  }

  step(by) {
    if (this.list.hidden) return this.open('');
    const count = this.matches.length;
    const at = this.matches.indexOf(this.active);
    if (count) this.activate(this.matches[at < 0 && by < 0 ? count - 1 : (at + by + count) % count]);
  }

  choose(found) {
    if (!found || found.option.disabled) return;
    this.select.value = found.option.value;
    this.close();
  }

  // A number with its country code says its country itself: a wrong choice is never left standing.
  follow(number) {
    const international = asciiDigits(number).replace(/[\s().-]/g, '');
    if (!international.startsWith('+')) return;
    const fits = this.rows.filter(({ dial }) => international.startsWith(`+${dial}`));
    const longest = Math.max(...fits.map(({ dial }) => dial.length));
    const family = fits.filter(({ dial }) => dial.length === longest);
    if (!family.length || family.some(({ option }) => option.selected)) return;
    const { option } = family.find((found) => 'first' in found.option.dataset) || family[0];
    if (option.disabled) return;
    this.select.value = option.value;
    this.show();
    say(fill(this.words.switched, option.dataset.name));
  }
}

export function picker(select, number) {
  const made = new Picker(select);
  number?.addEventListener('input', () => made.follow(number.value));
}
