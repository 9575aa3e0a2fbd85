/** Runs tasks in the background. `join` throws the error of a failed task. */
export class TaskGroup<Value = void> {
  readonly #tasks: Promise<Value>[] = [];

  add(task: Promise<Value>): void {
    // Without a handler, a rejection before `join` would end the process.
    task.catch(() => undefined);
    this.#tasks.push(task);
  }

  /** Waits until every task has ended, then returns their values, or throws the error of the first that failed. */
  async join(): Promise<Value[]> {
    await Promise.allSettled(this.#tasks);
    return Promise.all(this.#tasks);
  }
}
