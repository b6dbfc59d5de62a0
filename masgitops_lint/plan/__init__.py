"""What a change does: two snapshots compared as Argo CD would build them, and the consequence of every removal."""
