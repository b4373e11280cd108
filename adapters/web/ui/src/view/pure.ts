import { Component } from "preact";

/** A component that is drawn again only when one of its properties is another. */
export abstract class Pure<Props extends object, State = object> extends Component<Props, State> {
  shouldComponentUpdate(next: Readonly<Props>, state: Readonly<State>): boolean {
    return differs(this.props, next) || differs(this.state as object, state as object);
  }
}

function differs(a: object, b: object): boolean {
  const [x, y] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return [...Object.keys(x), ...Object.keys(y)].some((key) => x[key] !== y[key]);
}
