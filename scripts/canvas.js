// The one widget of blessed-contrib that is used: the rest of it, and what it needs, stays out of the package.
export { default as canvas } from 'blessed-contrib/lib/widget/canvas.js';
