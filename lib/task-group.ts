/** Collects tasks that run in the background. `join` throws the error of a failed task. */
export class TaskGroup<Value = void> {
  readonly #tasks: Promise<Value>[] = [];

  add(task: Promise<Value>): void {
    // Without this handler, a task that is rejected before the call of `join` would end the
    // process.
    task.catch(() => undefined);
    this.#tasks.push(task);
  }

  /**
   * Waits until every task has ended. Returns the values of the tasks, or throws the error of a
   * failed task.
   */
  async join(): Promise<Value[]> {
    await Promise.allSettled(this.#tasks);
    return Promise.all(this.#tasks);
  }
}
