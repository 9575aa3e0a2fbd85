import { arch, availableParallelism, cpus, totalmem } from 'node:os';

/**
 * The machine on which a run took place. Absolute values depend on the machine, but ratios to
 * baselines hardly depend on the machine.
 */
export interface Machine {
  cpu: string;
  cores: number;
  memory_gb: number;
  arch: string;
  node: string;
  date: string;
}

export function describeThisMachine(now = new Date()): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memory_gb: Math.round(totalmem() / 1e9),
    arch: arch(),
    node: process.version,
    date: now.toISOString().slice(0, 10),
  };
}

export function formatMachine({ cpu, cores, memory_gb, node, date }: Machine): string {
  return `${cpu}, ${cores} cores, ${memory_gb} GB, Node ${node}, ${date}`;
}
