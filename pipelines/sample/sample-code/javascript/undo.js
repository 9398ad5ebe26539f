// SPDX-License-Identifier: MIT
// Undo and redo for a small drawing program.

/**
 * A history of commands. Each command knows how to do itself and how to undo
 * itself; the history only remembers where we are.
 */
export class History {
  #done = [];
  #undone = [];
  #limit;

  constructor(limit = 100) {
    if (!Number.isInteger(limit) || limit < 1) {
      throw new RangeError("limit must be a positive whole number");
    }
    this.#limit = limit;
  }

  run(command) {
    command.do();
    this.#done.push(command);
    this.#undone.length = 0; // a new branch: what was undone is gone
    if (this.#done.length > this.#limit) {
      this.#done.shift();
    }
  }

  undo() {
    const command = this.#done.pop();
    if (!command) return false;
    command.undo();
    this.#undone.push(command);
    return true;
  }

  redo() {
    const command = this.#undone.pop();
    if (!command) return false;
    command.do();
    this.#done.push(command);
    return true;
  }

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }
}

export function addStroke(drawing, stroke) {
  return {
    do: () => drawing.strokes.push(stroke),
    undo: () => drawing.strokes.pop(),
  };
}

export function recolour(drawing, index, colour) {
  const before = drawing.strokes[index].colour;
  return {
    do: () => { drawing.strokes[index].colour = colour; },
    undo: () => { drawing.strokes[index].colour = before; },
  };
}
