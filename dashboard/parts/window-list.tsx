import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { findWindow } from '../format/window.ts';

interface WindowListProps<Item> {
  items: Item[];
  row_height: number;
  label: string;
  name: (item: Item) => string;
  draw: (item: Item) => ComponentChildren;
  on_open: (item: Item) => void;
  is_open: (item: Item) => boolean;
  /** Called when the end comes near, to load more. */
  on_end: () => void;
}

/** A list of which only the visible rows are in the page. The arrow keys move through it. */
export function WindowList<Item>(props: WindowListProps<Item>) {
  const { items, row_height, on_end } = props;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const measure = () => {
    const target = box.current;
    if (target !== null) setView({ top: target.scrollTop, height: target.clientHeight });
  };
  useLayoutEffect(() => {
    const observer = new ResizeObserver(measure);
    if (box.current !== null) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const { first, last } = findWindow(items.length, { ...view, row_height });
  useEffect(() => {
    if (last >= items.length - 20) on_end();
  }, [last, items.length, on_end]);
  const { active, onKeyDown, setActive } = useKeys(props, box);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys come from the buttons of the rows
    <div class="window" ref={box} onScroll={measure} onKeyDown={onKeyDown}>
      <ul
        class="whole"
        aria-label={props.label}
        style={{ blockSize: `${items.length * row_height}px` }}
      >
        {items.slice(first, last).map((item, offset) => {
          const index = first + offset;
          return (
            <li
              key={props.name(item)}
              class="slot"
              aria-setsize={items.length}
              aria-posinset={index + 1}
              style={{ blockSize: `${row_height}px`, insetBlockStart: `${index * row_height}px` }}
            >
              <button
                type="button"
                class="row"
                data-index={index}
                tabIndex={index === active ? 0 : -1}
                aria-pressed={props.is_open(item)}
                onClick={() => {
                  setActive(index);
                  props.on_open(item);
                }}
              >
                {props.draw(item)}
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

const STEPS: Record<string, number> = {
  ArrowDown: 1,
  j: 1,
  ArrowUp: -1,
  k: -1,
  PageDown: 10,
  PageUp: -10,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** Moves the focus from row to row, also to rows that are not drawn yet. */
function useKeys<Item>(
  { items, row_height }: WindowListProps<Item>,
  box: { current: HTMLDivElement | null },
) {
  const [active, setActive] = useState(0);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    const target = box.current;
    if (step === undefined || target === null || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(items.length - 1, active + step));
    setActive(next);
    const top = next * row_height;
    if (top < target.scrollTop) target.scrollTop = top;
    const bottom = top + row_height - target.clientHeight;
    if (bottom > target.scrollTop) target.scrollTop = bottom;
    requestAnimationFrame(() => {
      target.querySelector<HTMLButtonElement>(`[data-index="${next}"]`)?.focus();
    });
  };
  return { active, setActive, onKeyDown };
}
