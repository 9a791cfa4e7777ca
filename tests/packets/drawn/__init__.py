"""Sites drawn at random under packets, and what their cells have hit. Does not know: how a site is drawn, or what decides a cell."""
