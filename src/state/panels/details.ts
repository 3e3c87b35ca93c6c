import { ownHead } from '../../model/model.ts';
import { type Answer, withPanel } from '../answer.ts';
import { showsAllDetails } from '../layout.ts';
import type { DetailsPage, PanelOf } from '../mode.ts';
import type { Row } from '../row.ts';
import type { AppState } from '../state.ts';
import { keyInScrolling } from './scrolling.ts';

/** The pages that the details of a row have, in their order. */
export function detailsPages(row: Row): readonly DetailsPage[] {
  switch (row.type) {
    case 'system':
      return ['memory'];
    case 'project':
      return row.project.servers.length === 0 ? ['memory', 'group'] : ['memory', 'server', 'group'];
    case 'server':
      return ownHead(row.server) === null ? ['memory', 'server', 'group'] : ['memory', 'server', 'process', 'group'];
    case 'process':
      return [
        'memory',
        'process',
        ...(row.server === null ? [] : ['server' as const]),
        ...(row.project === null ? [] : ['group' as const]),
      ];
  }
}

/** Tab, the arrows and the page's number turn the page, unless all pages are shown at once. */
export function keyInDetails(state: AppState, panel: PanelOf<'details'>, key: string): Answer {
  const row = state.rows.find(({ id }) => id === panel.row);
  const pages = row === undefined ? [] : detailsPages(row);
  const page = showsAllDetails(state) ? undefined : pages[turned(pages.indexOf(panel.page), pages.length, key)];
  return page === undefined ? keyInScrolling(state, panel, key) : [withPanel(state, { ...panel, page, scroll: 0 }), []];
}

/** The index of the page after a key; -1 if the key turns no page. */
function turned(index: number, count: number, key: string): number {
  if (key === 'tab' || key === 'right') return (index + 1) % count;
  if (key === 'S-tab' || key === 'left') return (index - 1 + count) % count;
  return /^[1-9]$/.test(key) ? Number(key) - 1 : -1;
}
