import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A function's log file, which replaces the function's log in CloudWatch Logs. */
export interface FunctionLog {
  write(text: string): void;
  close(): Promise<void>;
}

export async function openFunctionLog(path: string): Promise<FunctionLog> {
  await mkdir(dirname(path), { recursive: true });
  const file = createWriteStream(path, { flags: 'a' });
  return {
    write(text) {
      // All lines of one turn of the event loop are written together, because one write for each
      // line took a quarter of the gateway's time.
      if (file.writableCorked === 0) {
        file.cork();
        setImmediate(() => file.uncork());
      }
      file.write(text.endsWith('\n') ? text : `${text}\n`);
    },
    close: () => new Promise((resolve) => file.end(resolve)),
  };
}

/**
 * Formats the line that Lambda logs at the end of an invocation. The line does not contain the used
 * memory, because the threads of all functions share the memory of this process.
 */
export function reportLine(report: {
  request_id: string;
  duration_ms: number;
  memory_mb: number;
  init_ms: number | undefined;
}): string {
  const parts = [
    `REPORT RequestId: ${report.request_id}`,
    `Duration: ${report.duration_ms.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(report.duration_ms + (report.init_ms ?? 0))} ms`,
    `Memory Size: ${report.memory_mb} MB`,
    ...(report.init_ms === undefined ? [] : [`Init Duration: ${report.init_ms.toFixed(2)} ms`]),
  ];
  return parts.join('\t');
}
