"""What Argo CD and its vault plugin do, as pure functions over plain values."""
