import { renewReadme } from './readme.ts';

renewReadme();
