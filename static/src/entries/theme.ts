/** Sets the visitor's theme before the first paint: a classic script in the head, because the page allows no inline one. */

{
  const root = document.documentElement;
  let kept: string | null = null;
  try {
    kept = localStorage.getItem('theme');
  } catch {
    // storage may be forbidden; the system's theme is used then
  }
  if (kept === 'light' || kept === 'dark') root.dataset.theme = kept;
}
