// Keys, and where they leave the focus: it must show an outline and stand where it can be seen.

import assert from 'node:assert/strict';

// What is wrong with how the focus shows, or nothing.
export const lookAtFocus = () => {
  const at = document.activeElement;
  const name = `${at.tagName} ${at.id || at.textContent.trim()}`;
  if (at === document.body) return 'the focus is nowhere';
  const style = getComputedStyle(at);
  if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2) return `${name} has no outline`;
  const { left, right, top, bottom } = at.getBoundingClientRect();
  if (top < 0 || left < 0 || bottom > innerHeight + 1 || right > innerWidth + 1) {
    return `${name} is out of sight: ${[left, top, right, bottom]} in ${innerWidth} × ${innerHeight}`;
  }
  for (const y of [top + 2, (top + bottom) / 2, bottom - 2]) {
    const seen = document.elementFromPoint((left + right) / 2, y);
    const hidden = !at.contains(seen) && !seen?.contains(at);
    if (hidden) return `${name} is hidden under ${seen?.outerHTML.slice(0, 90)}`;
  }
  return undefined;
};

/** Presses a key, after which the focus must be seen. */
export async function press(page, key) {
  await page.keyboard.press(key);
  assert.equal(await page.evaluate(lookAtFocus), undefined);
}

/** Tabs on until the focus is on the one element that matches. */
export async function tabTo(page, target) {
  for (let steps = 0; steps < 30; steps += 1) {
    await press(page, 'Tab');
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  assert.fail(`Tab does not reach ${target}`);
}
