import { rm } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { V8CoverageProvider } from '@vitest/coverage-v8/dist/provider.js';
import type { ReportContext } from 'vitest/node';
import { type Point, pointsBySource } from './points.ts';
import { RECORDINGS, type RecordedScript, readRecordings } from './recordings.ts';
import { describeRooms } from './rooms.ts';
import { Target } from './target.ts';

/**
 * Extends Vitest's own coverage before Vitest writes reports and checks thresholds. The provider
 * adds the code that ran in child processes and in the functions of the embedded cloud.
 *
 * A child process runs different code than Vitest does, because tsx and Vite transform the same
 * file differently, and a bundle is minified. Therefore the provider assigns the counts of the
 * child to the code of Vitest's output. Both coverages then have the same statements and branches,
 * and a merge only adds up their counts.
 */
export class ChildProcessCoverage extends V8CoverageProvider {
  #targets = new Map<string, Promise<Target | undefined>>();
  #points = new Map<string, Map<string, Point[]>>();

  override async generateCoverage(context: ReportContext) {
    const coverage = await super.generateCoverage(context);
    for await (const script of readRecordings()) await this.#add(script);
    const targets = await Promise.all(this.#targets.values());
    const result = targets
      .filter((target) => target !== undefined)
      .map((target) => ({ url: pathToFileURL(target.file).href, functions: target.functions() }));
    // biome-ignore lint/complexity/useLiteralKeys: the types declare the method as private, and only brackets can reach it.
    coverage.merge(await this['convertCoverage']({ result }, this.ctx.getRootProject(), 'ssr'));
    return coverage;
  }

  override async generateReports(...args: Parameters<V8CoverageProvider['generateReports']>) {
    this.ctx.logger.log(describeRooms(this.ctx.config.root, args[0]));
    await super.generateReports(...args);
  }

  override async clean(clean = true): Promise<void> {
    await rm(RECORDINGS, { recursive: true, force: true });
    await super.clean(clean);
  }

  override async cleanAfterRun(): Promise<void> {
    await rm(RECORDINGS, { recursive: true, force: true });
    await super.cleanAfterRun();
  }

  async #add(script: RecordedScript): Promise<void> {
    if (script.source_map === undefined) return (await this.#target(script.url))?.add(script);
    for (const [source, points] of this.#pointsOf(script)) {
      (await this.#target(new URL(source, script.url).href))?.add(script, points);
    }
  }

  #pointsOf({ url, source_map }: RecordedScript): Map<string, Point[]> {
    let points = this.#points.get(url);
    if (points === undefined) {
      points = pointsBySource(source_map!.map, source_map!.line_lengths);
      this.#points.set(url, points);
    }
    return points;
  }

  /**
   * Returns the target of a script's URL, or undefined if the file does not belong to the product.
   */
  #target(url: string): Promise<Target | undefined> {
    let target = this.#targets.get(url);
    if (target === undefined) {
      target = this.#createTarget(url);
      this.#targets.set(url, target);
    }
    return target;
  }

  async #createTarget(url: string): Promise<Target | undefined> {
    if (!url.startsWith('file://')) return undefined;
    const file = fileURLToPath(url);
    if (!file.startsWith(`${this.ctx.config.root}/`) || !this.isIncluded(file)) return undefined;
    const transformed = await this.transformFile(file, this.ctx.getRootProject(), 'ssr');
    return transformed?.map ? Target.create(file, transformed) : undefined;
  }
}
