/** Types of the part of swagger-ui that the documentation page uses. */

declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  interface Options {
    domNode: HTMLElement;
    url: string;
    deepLinking?: boolean;
    validatorUrl?: string | null;
    tryItOutEnabled?: boolean;
    onComplete?: () => void;
  }
  export default function SwaggerUI(options: Options): unknown;
}
