"""Generic Kubernetes config: objects, kustomize, charts, secrets and the units that reconcile them."""
