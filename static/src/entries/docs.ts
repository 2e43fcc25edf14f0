/** The REST documentation: swagger-ui with the server's openapi.json. */

import 'swagger-ui-dist/swagger-ui.css';
import '../style/docs.css';

import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js';

const container = document.getElementById('swagger');
const system = matchMedia('(prefers-color-scheme: dark)');

/** Applies the page's theme to swagger-ui. */
function followTheme(): void {
  const theme = document.documentElement.dataset.theme;
  document.documentElement.classList.toggle('dark-mode', theme ? theme === 'dark' : system.matches);
}

followTheme();
system.addEventListener('change', followTheme);
new MutationObserver(followTheme).observe(document.documentElement, { attributeFilter: ['data-theme'] });
if (container) {
  SwaggerUI({
    domNode: container,
    url: '/openapi.json',
    deepLinking: true,
    validatorUrl: null,
    tryItOutEnabled: true,
    // swagger-ui renders its own <main>, and a page has only one
    onComplete: () => container.querySelector('main')?.setAttribute('role', 'group'),
  });
}
