/** Views that the first picture does not need: fetched apart from it, with something of the same size in their place meanwhile. */
import { type ComponentType, lazy, type ReactNode, Suspense } from "react";

export function fetched<P extends object>(load: () => Promise<ComponentType<P>>, meanwhile: ReactNode = null): ComponentType<P> {
  const Fetched = lazy(async () => ({ default: await load() })) as unknown as ComponentType<P>;
  return function Fetching(props: P) {
    return (
      <Suspense fallback={meanwhile}>
        <Fetched {...props} />
      </Suspense>
    );
  };
}
