// Dark or light: the viewer's choice, remembered in this browser; without one, the system's preference.
const key = 'metrics.theme';
const light = matchMedia('(prefers-color-scheme: light)');

function read() {
  try {
    const choice = localStorage.getItem(key);
    return choice === 'dark' || choice === 'light' ? choice : null;
  } catch {
    return null;
  }
}

function apply() {
  const dark = (read() ?? (light.matches ? 'light' : 'dark')) === 'dark';
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  return dark;
}

/** Applies the choice and tells the layout each time that it changes. Returns a handle. */
export function watch(layout) {
  const changed = () => layout.invokeMethodAsync('OnThemeChanged', apply());
  light.addEventListener('change', changed);
  const other = event => { if (event.key === key) changed(); };
  addEventListener('storage', other);
  return {
    isDark: () => apply(),
    choose(dark) {
      try {
        localStorage.setItem(key, dark ? 'dark' : 'light');
      } catch {
        // Not remembered, but applied for this page.
      }
      document.documentElement.dataset.theme = dark ? 'dark' : 'light';
    },
    dispose() {
      light.removeEventListener('change', changed);
      removeEventListener('storage', other);
    },
  };
}
