import { clean } from '../text/sanitize.ts';
import { cut, width, wrap } from '../text/width.ts';
import { arrowed } from './glyphs.ts';
import type { Message, Said } from './said.ts';
import { fitLine } from './spans.ts';
import { type Line, type Span, span } from './style.ts';
import type { Theme } from './theme.ts';

/**
 * The lines of a message below the table: a rule with its title, and its sentences.
 * @param place stands at the right end of the rule
 */
export function messageArea(
  message: Message,
  place: string,
  { lines, columns }: { readonly lines: number; readonly columns: number },
  theme: Theme,
): readonly Line[] {
  const said = written(message, theme);
  const first = said.left[0] ?? said.title;
  if (lines === 1) return [ruled(shortened(first, columns - 5), '', columns, theme)];
  return [ruled(said.title, place, columns, theme), ...body(said, lines - 1, columns, theme)];
}

/** The longest of its texts that fits, else the shortest. */
function shortened({ text, shorter = [], style }: Said, room: number): Said {
  const all = [text, ...shorter];
  return { text: all.find((one) => width(clean(one)) <= room) ?? all.at(-1) ?? text, style };
}

function written(message: Message, { ascii, glyphs }: Theme): Message {
  if (!ascii) return message;
  const inAscii = ({ text, shorter = [], style }: Said): Said => ({
    text: arrowed(text, glyphs),
    shorter: shorter.map((one) => arrowed(one, glyphs)),
    style,
  });
  return { title: inAscii(message.title), left: message.left.map(inAscii), right: message.right.map(inAscii) };
}

function body({ left, right }: Message, count: number, columns: number, theme: Theme): readonly Line[] {
  const room = (index: number) => columns - 2 - (right[index] === undefined ? 0 : width(right[index].text) + 2);
  const lines: Line[] = [];
  left.forEach(({ text, shorter = [], style }, at) => {
    // Each of the following sentences has at least one line.
    const most = Math.max(1, count - lines.length - (left.length - 1 - at));
    const narrowest = Math.max(10, Math.min(...Array.from({ length: most }, (_, i) => room(lines.length + i))));
    const forms = [text, ...shorter].map((form) => wrap(clean(form), narrowest));
    const parts = forms.find((form) => form.length <= most) ?? forms.at(-1) ?? [];
    parts.slice(0, most).forEach((part, index) => {
      if (lines.length >= count) return;
      const isCut = index === most - 1 && parts.length > most;
      const fitting = isCut ? cut(`${part} ${parts[index + 1]}`, room(lines.length), theme.glyphs.ellipsis) : part;
      lines.push(beside(span(` ${fitting}`, style), right[lines.length], columns));
    });
  });
  while (lines.length < count) lines.push(beside(span(''), right[lines.length], columns));
  return lines;
}

function beside(left: Span, right: Said | undefined, columns: number): Line {
  if (right === undefined) return [left];
  const gap = Math.max(1, columns - width(left.text) - width(right.text) - 1);
  return [left, span(' '.repeat(gap)), span(right.text, right.style)];
}

/**
 * A line between the table and the message, with a title at the left and a place at the right. The place is left out if
 * the title would be cut for it.
 */
function ruled({ text, style }: Said, place: string, columns: number, theme: Theme): Line {
  const { rule } = theme.glyphs;
  const fits = columns >= 60 && width(clean(text)) + width(place) + 8 <= columns;
  const end = place === '' || !fits ? '' : ` ${place} ${rule}`;
  const title =
    text === '' ? '' : ` ${cut(clean(text), Math.max(0, columns - 5 - width(end)), theme.glyphs.ellipsis)} `;
  const rest = Math.max(0, columns - 1 - width(title) - width(end));
  return [
    span(rule, theme.faint),
    span(title, style),
    span(rule.repeat(rest), theme.faint),
    ...fitLine([span(end, theme.faint)], width(end), ''),
  ];
}
