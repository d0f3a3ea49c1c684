/** A view that breaks says so, and the page can be loaded again; what was typed is kept. */
import { Bug } from "lucide-react";
import { Component, type ReactNode } from "react";
import { Button } from "./parts/Button";
import { Empty } from "./parts/Empty";

interface Props {
  readonly title: string;
  readonly text: string;
  readonly reload: string;
  readonly children: ReactNode;
}

export class Crash extends Component<Props, { readonly crashed: boolean }> {
  override state = { crashed: false };

  static getDerivedStateFromError(): { crashed: boolean } {
    return { crashed: true };
  }

  override render(): ReactNode {
    if (!this.state.crashed) return this.props.children;
    return <Empty icon={Bug} heading="h1" title={this.props.title} text={this.props.text} action={<Button onClick={() => location.reload()}>{this.props.reload}</Button>} />;
  }
}
