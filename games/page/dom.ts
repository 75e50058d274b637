/** One helper for building the page's elements: a tag, its classes, what is in it. Text is always set as text, never as markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = "",
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}

export function button(className: string, label: string, title: string, onPress: () => void): HTMLButtonElement {
  const made = element("button", className, label);
  made.type = "button";
  made.title = title;
  made.addEventListener("click", () => {
    made.blur();
    onPress();
  });
  return made;
}

/** Writes only what differs: a style or layout pass is not worth an equal text. */
export function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
