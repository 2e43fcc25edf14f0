/** Sets the visitor's theme before the first paint: a classic script in the head, since inline scripts are forbidden. */

{
  const root = document.documentElement;
  let stored: string | null = null;
  try {
    stored = localStorage.getItem('theme');
  } catch {
    // storage may be forbidden; the system's theme is used then
  }
  if (stored === 'light' || stored === 'dark') root.dataset.theme = stored;
}
