import { Component, type ReactNode } from "react";

interface Props {
  title: string;
  action: string;
  children: ReactNode;
}

/** Stands in for a page that could not be drawn, so that nobody looks at an empty window. */
export class Fallback extends Component<Props, { broken: boolean }> {
  state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  render(): ReactNode {
    if (!this.state.broken) return this.props.children;
    return (
      <main className="empty" role="alert">
        <strong>{this.props.title}</strong>
        <button type="button" onClick={() => location.reload()}>
          {this.props.action}
        </button>
      </main>
    );
  }
}
