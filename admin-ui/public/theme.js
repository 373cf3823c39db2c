// Sets the chosen appearance before the first paint. A file of its own: the content security policy allows no inline scripts.
try {
  const theme = localStorage.getItem('theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage is closed to us: follow the system.
}
