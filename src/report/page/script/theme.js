// Light and dark pages, by a button.

const THEMES = [['auto', '◐ Auto'], ['light', '☀ Light'], ['dark', '☾ Dark']];
const darkRules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])
  .filter((rule) => rule instanceof CSSMediaRule && /color-scheme:\s*dark/.test(rule.conditionText));

// The style sheets know dark pages by what the system prefers; the button prefers for it.
function setTheme(name) {
  const media = {auto: '(prefers-color-scheme: dark)', light: 'not all', dark: 'all'}[name];
  for (const rule of darkRules) rule.media.mediaText = media;
  document.documentElement.dataset.theme = name;
  const title = THEMES.find(([theme]) => theme === name)[1];
  byId('theme').textContent = title;
}

function prepareTheme() {
  setTheme(document.documentElement.dataset.theme);
  byId('theme').addEventListener('click', () => {
    const at = THEMES.findIndex(([name]) => name === document.documentElement.dataset.theme);
    setTheme(THEMES[(at + 1) % THEMES.length][0]);
  });
}
