import type { Evaluation } from '../../mallm/evaluation/result.js';
import { linearScale, svg, WIDTH } from './svg.js';

type Point = NonNullable<Evaluation['map']>['points'][number];

const HEIGHT = 250;

/** Shape and colour of each side: circles, squares, triangles. */
const SIDES: Record<Point['of'], { colour: string; mark: string }> = {
  train: { colour: 'var(--real)', mark: 'm-2.6 0a2.6 2.6 0 1 0 5.2 0a2.6 2.6 0 1 0 -5.2 0z' },
  heldOut: { colour: 'var(--good)', mark: 'm-2.4 -2.4h4.8v4.8h-4.8z' },
  synthetic: { colour: 'var(--synthetic)', mark: 'm0 -3.2l3 5.2h-6z' },
};

/** The rows of one side over all others, drawn faint behind them. All panels share one frame. */
export function rowMap(points: readonly Point[], side: Point['of'], alternative: string): string {
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  const x = linearScale([Math.min(...xs), Math.max(...xs)], [8, WIDTH - 8]);
  const y = linearScale([Math.min(...ys), Math.max(...ys)], [HEIGHT - 8, 8]);
  const path = (chosen: readonly Point[], mark: string): string =>
    chosen.map((point) => `M${x(point.x).toFixed(1)} ${y(point.y).toFixed(1)}${mark}`).join('');
  const { colour, mark } = SIDES[side];
  const others = points.filter(({ of }) => of !== side);
  const ours = points.filter(({ of }) => of === side);
  return svg(
    HEIGHT,
    alternative,
    `<path d="${path(others, 'h.1')}" stroke="var(--soft)" stroke-opacity=".55" stroke-width="3" stroke-linecap="round" fill="none"/><path d="${path(ours, mark)}" fill="${colour}" fill-opacity=".8"/>`,
  );
}
