// SPDX-License-Identifier: MIT
// Runs tasks that depend on each other, as many at the same time as allowed.

export interface Task<T> {
  readonly name: string;
  readonly needs?: readonly string[];
  run(results: ReadonlyMap<string, T>): Promise<T>;
}

export class Cycle extends Error {
  constructor(readonly names: readonly string[]) {
    super(`these tasks wait for each other: ${names.join(" -> ")}`);
  }
}

/** Orders the tasks so that each comes after everything it needs. */
export function order<T>(tasks: readonly Task<T>[]): Task<T>[] {
  const byName = new Map(tasks.map((task) => [task.name, task] as const));
  const state = new Map<string, "open" | "done">();
  const sorted: Task<T>[] = [];

  const visit = (name: string, path: string[]): void => {
    if (state.get(name) === "done") return;
    if (state.get(name) === "open") throw new Cycle([...path.slice(path.indexOf(name)), name]);
    const task = byName.get(name);
    if (!task) throw new Error(`nobody knows the task "${name}"`);
    state.set(name, "open");
    for (const need of task.needs ?? []) visit(need, [...path, name]);
    state.set(name, "done");
    sorted.push(task);
  };

  for (const task of tasks) visit(task.name, []);
  return sorted;
}

export async function runAll<T>(tasks: readonly Task<T>[], limit = 4): Promise<Map<string, T>> {
  const results = new Map<string, T>();
  const waiting = order(tasks);
  const running = new Map<string, Promise<void>>();

  const ready = (task: Task<T>): boolean => (task.needs ?? []).every((need) => results.has(need));

  while (waiting.length > 0 || running.size > 0) {
    for (let i = 0; i < waiting.length && running.size < limit; ) {
      const task = waiting[i]!;
      if (!ready(task)) {
        i += 1;
        continue;
      }
      waiting.splice(i, 1);
      const promise = task.run(results).then((value) => {
        results.set(task.name, value);
        running.delete(task.name);
      });
      running.set(task.name, promise);
    }
    await Promise.race(running.values());
  }
  return results;
}
