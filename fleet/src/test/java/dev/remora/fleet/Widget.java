package dev.remora.fleet;

import dev.remora.store.Kind;
import java.util.List;
import java.util.Set;

/** A document as services have them, with no more in it than the fleet asks for. */
record Widget(String id, String resourceId, Status status, Place place) implements Member<Widget> {
    static final Kind<Widget> KIND = Kind.of("fleet.widget", Widget.class);

    static Widget wanted(String id, String resourceId) {
        Place place = Place.wanted("group", "vpc-1", Set.of("sg-db"), id + ".widgets.amazonaws.com");
        return new Widget(id, resourceId, Status.CREATING, place);
    }

    @Override
    public String folder() {
        return resourceId;
    }

    @Override
    public List<String> aliases() {
        return List.of("also-" + id);
    }

    @Override
    public Widget with(Status next) {
        return new Widget(id, resourceId, next, place);
    }

    @Override
    public Widget with(Place next) {
        return new Widget(id, resourceId, status, next);
    }
}
