import { pathToFileURL } from 'node:url';

// What `import.meta.url` is in CommonJS; the build puts it in its place.
export const importMetaUrl = pathToFileURL(__filename).href;
