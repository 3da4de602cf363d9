"""The items of `./dev bench`, one file each; a function takes the Bench and answers what goes under the item's key."""
