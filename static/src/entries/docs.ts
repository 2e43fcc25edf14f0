/** The REST documentation, drawn by swagger-ui from our own openapi.json; only this page loads it. */

import 'swagger-ui-dist/swagger-ui.css';
import '../style/docs.css';

import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';

const place = document.getElementById('swagger');
const system = matchMedia('(prefers-color-scheme: dark)');

/** swagger-ui's own dark theme follows ours. */
function followTheme(): void {
  const theme = document.documentElement.dataset.theme;
  document.documentElement.classList.toggle('dark-mode', theme ? theme === 'dark' : system.matches);
}

followTheme();
system.addEventListener('change', followTheme);
new MutationObserver(followTheme).observe(document.documentElement, { attributeFilter: ['data-theme'] });
if (place) {
  SwaggerUI({
    domNode: place,
    url: '/openapi.json',
    deepLinking: true,
    validatorUrl: null,
    tryItOutEnabled: true,
    // swagger-ui brings a <main> of its own, and a page has one
    onComplete: () => place.querySelector('main')?.setAttribute('role', 'group'),
  });
}
