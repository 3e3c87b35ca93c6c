import { renewAll } from './generated.ts';

renewAll();
