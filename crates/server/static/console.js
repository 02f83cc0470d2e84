// What the console gains from a script: Ctrl+K, or Cmd+K, goes to the command bar from anywhere.

export function command(field) {
  document.addEventListener('keydown', (event) => {
    if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
}
