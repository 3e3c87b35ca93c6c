import { type Binding, bindings } from '../state/keymap.ts';
import { width } from '../text/width.ts';
import { type Line, type Span, span } from './style.ts';
import type { Theme } from './theme.ts';

/** The keys worth knowing, as many as there is room for: those of little rank go first. */
export function footer(columns: number, theme: Theme): Line {
  const shown = bindings.filter(({ footer }) => footer !== undefined);
  const kept = new Set<Binding>();
  let used = 1;
  for (const binding of shown.toSorted((a, b) => rankOf(a) - rankOf(b))) {
    const needed = width(`${keyOf(binding)} ${binding.footer?.word ?? ''}`) + 2;
    if (used + needed - 1 > columns) continue;
    kept.add(binding);
    used += needed;
  }
  const spans: Span[] = [span(' ')];
  for (const binding of shown) {
    if (!kept.has(binding)) continue;
    spans.push(span(keyOf(binding), theme.key), span(` ${binding.footer?.word ?? ''}  `, theme.faint));
  }
  return spans;
}

function rankOf({ footer }: Binding): number {
  return footer?.rank ?? Number.POSITIVE_INFINITY;
}

/** The first of its keys is enough here. */
function keyOf({ label }: Binding): string {
  return label.split(' ')[0] ?? label;
}
