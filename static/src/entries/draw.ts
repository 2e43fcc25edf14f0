/** The draw page: mounts the LeNet exhibit with the data in the page. */

import { mount } from 'svelte';

import Page from '../exhibits/lenet/Page.svelte';
import type { Offer } from '../state/session.svelte';

interface PageData {
  models: Offer[];
  default: string;
}

const target = document.getElementById('app');
const data = document.getElementById('page-data')?.textContent;
if (target !== null && data != null) {
  const { models, default: defaultModel } = JSON.parse(data) as PageData;
  target.replaceChildren();
  mount(Page, { target, props: { models, usual: defaultModel } });
}
