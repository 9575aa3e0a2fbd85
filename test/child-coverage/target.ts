import { readFileSync } from 'node:fs';
import type { Profiler } from 'node:inspector';
import type { TraceMap } from '@jridgewell/trace-mapping';
import { parseAstAsync } from 'vitest/node';
import { identityPoints, lengthsOf, type Point, pointsBySource } from './points.ts';
import { countProjected, type Projection, project } from './project.ts';
import type { RecordedScript } from './recordings.ts';

/**
 * A source file as Vitest transforms it. Vitest counts how often certain points of the file are
 * executed. For each of these points, the class adds up the counts of all other processes.
 */
export class Target {
  #points: Point[];
  #counts: number[];
  #starts: number[];
  #end: number;
  #projections = new Map<string, Projection>();

  static async create(
    file: string,
    { code, map }: { code: string; map: unknown },
  ): Promise<Target> {
    const { body } = await parseAstAsync(code);
    const starts = (body as unknown as { start: number }[]).map(({ start }) => start);
    const all = pointsBySource(map as ConstructorParameters<typeof TraceMap>[0], lengthsOf(code));
    return new Target(file, [...all.values()].flat(), starts, code.length);
  }

  private constructor(
    readonly file: string,
    points: Point[],
    starts: number[],
    end: number,
  ) {
    this.#points = points;
    this.#counts = points.map(() => 0);
    this.#starts = starts;
    this.#end = end;
  }

  /**
   * Adds the counts of a script that another process ran.
   *
   * @param points the places in the script that come from this file. Without `points`, the script
   * is this file itself.
   */
  add(script: RecordedScript, points?: Point[]): void {
    let projection = this.#projections.get(script.url);
    if (projection === undefined) {
      const other = points ?? identityPoints(this.#points, readFileSync(this.file, 'utf8'));
      projection = project(this.#points, other, (offset) => this.#statementAt(offset));
      this.#projections.set(script.url, projection);
    }
    for (const [index, count] of countProjected(projection, script.functions).entries()) {
      this.#counts[index]! += count;
    }
  }

  /** Returns the added counts as V8 coverage of Vitest's output. */
  functions(): Profiler.FunctionCoverage[] {
    const places = this.#points
      .map(({ offset }, index) => ({ offset, count: this.#counts[index]! }))
      .sort((left, right) => left.offset - right.offset);
    const ranges = places.map(({ offset, count }, index) => ({
      startOffset: offset,
      endOffset: places[index + 1]?.offset ?? this.#end,
      count,
    }));
    return [{ functionName: '', isBlockCoverage: true, ranges }];
  }

  #statementAt(offset: number): number {
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
