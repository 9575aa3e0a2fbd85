/** Runs tasks beside the code that starts them. A failure is kept until `join`. */
export class TaskGroup<Value = void> {
  readonly #tasks: Promise<Value>[] = [];

  add(task: Promise<Value>): void {
    // Node ends a process over a rejection without a handler, and `join` may come much later.
    task.catch(() => undefined);
    this.#tasks.push(task);
  }

  /** Waits until every task has ended, then returns their values, or throws the error of the first that failed. */
  async join(): Promise<Value[]> {
    await Promise.allSettled(this.#tasks);
    return Promise.all(this.#tasks);
  }
}
