package dev.remora.iam;

import com.google.zxing.BinaryBitmap;
import com.google.zxing.DecodeHintType;
import com.google.zxing.NotFoundException;
import com.google.zxing.RGBLuminanceSource;
import com.google.zxing.ReaderException;
import com.google.zxing.common.GlobalHistogramBinarizer;
import com.google.zxing.qrcode.QRCodeReader;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.imageio.ImageIO;

/**
 * What a telephone does with a virtual device: reads the picture and shows codes. It shares nothing with what it tests.
 *
 * @param secret in base 32
 */
record Authenticator(String secret) {
    /** The text in a picture. */
    static String read(byte[] png) {
        try {
            BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
            int width = image.getWidth();
            int height = image.getHeight();
            var source = new RGBLuminanceSource(width, height, image.getRGB(0, 0, width, height, null, 0, width));
            // The reader's search for a code in a photograph misses some in perfect pictures.
            return new QRCodeReader().decode(new BinaryBitmap(new GlobalHistogramBinarizer(source)),
                    Map.of(DecodeHintType.PURE_BARCODE, true)).getText();
        } catch (NotFoundException e) {
            throw new AssertionError("no QR code is in the picture", e);
        } catch (ReaderException e) {
            throw new AssertionError(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The code that is shown so many steps of thirty seconds from then. */
    String code(Instant then, int steps) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(key(), "RAW"));
            byte[] hash = mac.doFinal(ByteBuffer.allocate(8).putLong(then.getEpochSecond() / 30 + steps).array());
            int cut = ByteBuffer.wrap(hash, hash[19] & 15, 4).getInt() & 0x7fffffff;
            return ("" + (1_000_000 + cut % 1_000_000)).substring(1);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private byte[] key() {
        BigInteger key = BigInteger.ONE;
        for (char digit : secret.toCharArray()) {
            key = key.shiftLeft(5).or(BigInteger.valueOf(digit < 'A' ? digit - '2' + 26 : digit - 'A'));
        }
        // The leading one keeps leading zeros.
        byte[] bytes = key.toByteArray();
        return Arrays.copyOfRange(bytes, 1, bytes.length);
    }
}
