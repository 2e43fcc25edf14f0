/** The REST documentation, drawn by swagger-ui from our own openapi.json. */

export {};
