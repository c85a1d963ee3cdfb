// Runs before the first paint, so that a dark page never flashes white. Not a module: modules run too late for that.
(() => {
  let choice = null;
  try {
    choice = localStorage.getItem('metrics.theme');
  } catch {
    // Storage can be switched off; the system's preference is then followed.
  }
  const dark = choice === 'dark' || (choice !== 'light' && !matchMedia('(prefers-color-scheme: light)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
