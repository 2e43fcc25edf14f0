/** Registers the exhibits as custom elements, for lessons and for anyone's page. */

import '../exhibits/lenet/LeNet.wc.svelte';
