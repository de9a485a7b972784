package dev.remora.wire;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkField;
import software.amazon.awssdk.core.SdkPojo;
import software.amazon.awssdk.core.protocol.MarshallingType;
import software.amazon.awssdk.core.traits.ListTrait;
import software.amazon.awssdk.core.traits.TimestampFormatTrait.Format;

/** Reads SDK objects from the XML of requests. Names have no namespace here; what is unknown is passed over, as AWS does. */
final class XmlReader {
    /** Deeper than any document of AWS. */
    private static final int MAX_DEPTH = 32;

    private static final XMLInputFactory FACTORY = factory();

    private record Element(String name, StringBuilder text, List<Element> children) {
        @Nullable
        Element child(String wanted) {
            return children.stream().filter(c -> c.name.equals(wanted)).findFirst().orElse(null);
        }
    }

    private XmlReader() {}

    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        return factory;
    }

    /** Fills a builder from a document, whose root may have any name. */
    static void read(byte[] document, SdkPojo builder) {
        structure(builder, parse(document));
    }

    private static Element parse(byte[] document) {
        try {
            XMLStreamReader in;
            synchronized (FACTORY) {
                in = FACTORY.createXMLStreamReader(new ByteArrayInputStream(document));
            }
            var open = new ArrayList<Element>();
            Element root = null;
            while (in.hasNext()) {
                switch (in.next()) {
                    case XMLStreamConstants.START_ELEMENT -> {
                        var element = new Element(in.getLocalName(), new StringBuilder(), new ArrayList<>());
                        if (open.size() >= MAX_DEPTH) {
                            throw malformed();
                        }
                        if (open.isEmpty()) {
                            root = element;
                        } else {
                            open.getLast().children().add(element);
                        }
                        open.add(element);
                    }
                    case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> {
                        if (!open.isEmpty()) {
                            open.getLast().text().append(in.getText());
                        }
                    }
                    case XMLStreamConstants.END_ELEMENT -> open.removeLast();
                    case XMLStreamConstants.DTD, XMLStreamConstants.ENTITY_REFERENCE -> throw malformed();
                    default -> {}
                }
            }
            if (root == null) {
                throw malformed();
            }
            return root;
        } catch (XMLStreamException e) {
            throw malformed();
        }
    }

    static AwsError malformed() {
        return new AwsError("MalformedXML", 400,
                "The XML you provided was not well-formed or did not validate against our published schema");
    }

    private static void structure(SdkPojo builder, Element element) {
        for (SdkField<?> field : builder.sdkFields()) {
            String name = field.locationName();
            if (field.marshallingType() == MarshallingType.LIST) {
                list(builder, field, element);
            } else {
                Element child = element.child(name);
                if (child != null) {
                    field.set(builder, value(field, child));
                }
            }
        }
    }

    private static void list(SdkPojo builder, SdkField<?> field, Element element) {
        ListTrait trait = field.getTrait(ListTrait.class);
        Element holder = trait.isFlattened() ? element : element.child(field.locationName());
        if (holder == null) {
            return;
        }
        String item = trait.isFlattened()
                ? field.locationName()
                : trait.memberLocationName() == null ? "member" : trait.memberLocationName();
        List<Object> values = new ArrayList<>();
        for (Element child : holder.children()) {
            if (child.name().equals(item)) {
                values.add(value(trait.memberFieldInfo(), child));
            }
        }
        if (!values.isEmpty() || !trait.isFlattened()) {
            field.set(builder, values);
        }
    }

    private static Object value(SdkField<?> field, Element element) {
        if (field.marshallingType() == MarshallingType.SDK_POJO) {
            SdkPojo builder = field.constructor().get();
            structure(builder, element);
            return Fields.build(builder);
        }
        String text = element.text().toString();
        try {
            return Scalars.parse(
                    field, field.marshallingType() == MarshallingType.STRING ? text : text.strip(), Format.ISO_8601);
        } catch (IllegalArgumentException e) {
            throw malformed();
        }
    }
}
