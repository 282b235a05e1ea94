"""One service or one configuration item, with its history."""

from flask import render_template

from incidents import services
from incidents.catalogue import dependencies, explaining, history


def index() -> str:
    known = services.list_services()
    needed = {one.id: dependencies.needed_by(one.id) for one in known}
    return render_template("catalogue/index.html", services=known, needed=needed)


def service(slug: str) -> str:
    found = history.find_service(slug)
    return render_template(
        "catalogue/service.html",
        service=found,
        needs=dependencies.needed_by(found.id),
        relying=dependencies.relying_on(found.id),
        above=explaining.outages_above(found.id),
        items=history.items_of(found),
        incidents=history.of_service(found),
        changed=history.changed_for(found),
    )


def item(tag: str) -> str:
    found = history.find_item(tag)
    return render_template(
        "catalogue/item.html",
        item=found,
        incidents=history.of_item(found),
        changed=history.changed_for(found),
    )
