/** The build replaces this by the version. */
declare const WORKERTOP_VERSION: string | undefined;

export const version = typeof WORKERTOP_VERSION === 'string' ? WORKERTOP_VERSION : '(from its sources)';
