/** Registers the exhibits as custom elements, for anyone's page. */

export {};
