"""The first page of somebody who is new here, and of a clinic that is."""
